/** Tests of the way out, against real servers on loopback. */
@NullMarked
package watchword.server.outbound;

import org.jspecify.annotations.NullMarked;
