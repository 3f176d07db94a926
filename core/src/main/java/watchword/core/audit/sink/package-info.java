/**
 * Where a device's lines go: a file, standard output, syslog, a socket, an HTTP server, nowhere. Bytes only; what the lines say, who
 * waits for them and what happens when they cannot be written is the device's business.
 */
@NullMarked
package watchword.core.audit.sink;

import org.jspecify.annotations.NullMarked;
