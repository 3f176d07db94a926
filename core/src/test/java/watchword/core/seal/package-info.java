@NullMarked
package watchword.core.seal;

import org.jspecify.annotations.NullMarked;
