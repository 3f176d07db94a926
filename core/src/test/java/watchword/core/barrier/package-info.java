@NullMarked
package watchword.core.barrier;

import org.jspecify.annotations.NullMarked;
