@NullMarked
package watchword.engines.approle;

import org.jspecify.annotations.NullMarked;
