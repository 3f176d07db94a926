/** A client of the HTTP API. Depends on nothing of the server. */
@NullMarked
package watchword.client;

import org.jspecify.annotations.NullMarked;
