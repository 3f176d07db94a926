@NullMarked
package watchword.cli;

import org.jspecify.annotations.NullMarked;
