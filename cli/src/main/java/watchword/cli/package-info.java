/** The {@code watchword} command: words into calls, answers into tables. One declaration a command; parsing, help and docs derive from it. */
@NullMarked
package watchword.cli;

import org.jspecify.annotations.NullMarked;
