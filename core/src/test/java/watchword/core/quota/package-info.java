@NullMarked
package watchword.core.quota;

import org.jspecify.annotations.NullMarked;
