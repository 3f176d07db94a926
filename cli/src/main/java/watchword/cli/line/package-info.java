/**
 * What a command line is: declarations, parsing, the world a command runs in, and how answers look. It knows no single command; those
 * live in {@code command} and {@code run}.
 */
@NullMarked
package watchword.cli.line;

import org.jspecify.annotations.NullMarked;
