/** The rest of {@code sys/}: what tells about the server itself, and its tools. Each other package brings its own {@code sys/} routes. */
@NullMarked
package watchword.core.sys;

import org.jspecify.annotations.NullMarked;
