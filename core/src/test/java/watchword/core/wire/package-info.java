@NullMarked
package watchword.core.wire;

import org.jspecify.annotations.NullMarked;
