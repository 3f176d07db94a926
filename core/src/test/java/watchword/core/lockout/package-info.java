@NullMarked
package watchword.core.lockout;

import org.jspecify.annotations.NullMarked;
