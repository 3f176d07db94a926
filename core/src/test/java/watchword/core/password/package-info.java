@NullMarked
package watchword.core.password;

import org.jspecify.annotations.NullMarked;
