@NullMarked
package watchword.cli.command;

import org.jspecify.annotations.NullMarked;
