/** HTTP in and out: one adapter between the wire and {@code core}'s request and response, and the listeners under it. */
@NullMarked
package watchword.server.http;

import org.jspecify.annotations.NullMarked;
