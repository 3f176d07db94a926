@NullMarked
package watchword.engines.gcp.secrets;

import org.jspecify.annotations.NullMarked;
