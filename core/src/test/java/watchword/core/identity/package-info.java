@NullMarked
package watchword.core.identity;

import org.jspecify.annotations.NullMarked;
