@NullMarked
package watchword.engines.aws;

import org.jspecify.annotations.NullMarked;
