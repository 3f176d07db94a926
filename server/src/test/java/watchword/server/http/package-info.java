/** Tests of the listeners, mostly over raw sockets. */
@NullMarked
package watchword.server.http;

import org.jspecify.annotations.NullMarked;
