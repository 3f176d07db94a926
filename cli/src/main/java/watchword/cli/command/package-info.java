/**
 * The commands that turn words into requests and answers into tables, a class for each family. What they share is in {@code line}; how a
 * request travels is in {@code watchword.client}.
 */
@NullMarked
package watchword.cli.command;

import org.jspecify.annotations.NullMarked;
