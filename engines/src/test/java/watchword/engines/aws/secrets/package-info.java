@NullMarked
package watchword.engines.aws.secrets;

import org.jspecify.annotations.NullMarked;
