@NullMarked
package watchword.server;

import org.jspecify.annotations.NullMarked;
