/**
 * The {@code watchword} command: finds what was typed among the declarations, runs it, and tells what went wrong. How commands are declared
 * is in {@code line}, what they do in {@code command} and {@code run}. It uses only {@code watchword.client}, nothing of the server.
 */
@NullMarked
package watchword.cli;

import org.jspecify.annotations.NullMarked;
