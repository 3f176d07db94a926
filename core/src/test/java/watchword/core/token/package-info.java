@NullMarked
package watchword.core.token;

import org.jspecify.annotations.NullMarked;
