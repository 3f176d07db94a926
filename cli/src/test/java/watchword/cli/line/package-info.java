@NullMarked
package watchword.cli.line;

import org.jspecify.annotations.NullMarked;
