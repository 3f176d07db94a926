/** Everything the store keeps goes through here and is sealed on the way. */
@NullMarked
package watchword.core.barrier;

import org.jspecify.annotations.NullMarked;
