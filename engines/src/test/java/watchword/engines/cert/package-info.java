@NullMarked
package watchword.engines.cert;

import org.jspecify.annotations.NullMarked;
