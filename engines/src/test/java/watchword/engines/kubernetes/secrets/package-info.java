/** Tests of the kubernetes secrets engine. */
@NullMarked
package watchword.engines.kubernetes.secrets;

import org.jspecify.annotations.NullMarked;
