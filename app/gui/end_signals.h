#pragma once

#include <memory>

class QSocketNotifier;

namespace dank::gui {

/// Ends the window as its own button does when the system or a terminal asks for it (SIGTERM, SIGINT, SIGHUP): what it
/// remembers is written, work stops where it can be gone on with, and the exit code is 0. A second signal of the kind
/// ends the program at once. To be made on the GUI thread, once, with a QApplication; without an event loop nothing
/// happens until there is one.
class EndSignals {
public:
    EndSignals();
    ~EndSignals();

private:
    std::unique_ptr<QSocketNotifier> m_told;
};

}  // namespace dank::gui
