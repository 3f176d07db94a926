/** What comes in and what goes out, free of sockets: request, its one canonical path, headers, response and the envelope. */
@NullMarked
package watchword.core.request;

import org.jspecify.annotations.NullMarked;
