@NullMarked
package watchword.core.lease;

import org.jspecify.annotations.NullMarked;
