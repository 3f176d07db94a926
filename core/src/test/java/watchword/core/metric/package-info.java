@NullMarked
package watchword.core.metric;

import org.jspecify.annotations.NullMarked;
