/** Tests of the configuration file. */
@NullMarked
package watchword.server.config;

import org.jspecify.annotations.NullMarked;
