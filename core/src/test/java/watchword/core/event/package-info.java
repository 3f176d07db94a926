@NullMarked
package watchword.core.event;

import org.jspecify.annotations.NullMarked;
