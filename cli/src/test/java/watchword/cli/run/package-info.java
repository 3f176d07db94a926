@NullMarked
package watchword.cli.run;

import org.jspecify.annotations.NullMarked;
