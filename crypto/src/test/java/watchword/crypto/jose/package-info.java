@NullMarked
package watchword.crypto.jose;

import org.jspecify.annotations.NullMarked;
