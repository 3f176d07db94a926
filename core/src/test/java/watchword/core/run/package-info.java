@NullMarked
package watchword.core.run;

import org.jspecify.annotations.NullMarked;
