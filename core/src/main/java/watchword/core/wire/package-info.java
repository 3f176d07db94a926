/** Records to trees and back: the one place that reflects. Serves request bodies, answers, stored rows and the API's description. */
@NullMarked
package watchword.core.wire;

import org.jspecify.annotations.NullMarked;
