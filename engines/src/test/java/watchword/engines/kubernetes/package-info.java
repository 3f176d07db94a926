@NullMarked
package watchword.engines.kubernetes;

import org.jspecify.annotations.NullMarked;
