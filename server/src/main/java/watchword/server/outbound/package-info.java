/** The way out: HTTP to what engines ask, bounded, over verified TLS, to addresses that the operator allows. What comes in is {@code http}'s. */
@NullMarked
package watchword.server.outbound;

import org.jspecify.annotations.NullMarked;
