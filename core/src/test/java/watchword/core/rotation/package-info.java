@NullMarked
package watchword.core.rotation;

import org.jspecify.annotations.NullMarked;
