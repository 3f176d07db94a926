@NullMarked
package watchword.engines.kv;

import org.jspecify.annotations.NullMarked;
