/** The server's configuration file, read into one record; each mistake is told with its file and line. */
@NullMarked
package watchword.server.config;

import org.jspecify.annotations.NullMarked;
