@NullMarked
package watchword.core.mount;

import org.jspecify.annotations.NullMarked;
