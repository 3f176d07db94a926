/** Tests of the server as a whole. */
@NullMarked
package watchword.server;

import org.jspecify.annotations.NullMarked;
