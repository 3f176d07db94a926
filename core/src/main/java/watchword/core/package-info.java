/** The server without a socket: {@link watchword.core.Server} takes a request and gives a response. */
@NullMarked
package watchword.core;

import org.jspecify.annotations.NullMarked;
