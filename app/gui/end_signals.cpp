#include "app/gui/end_signals.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <QApplication>
#include <QSocketNotifier>

#include <csignal>
#include <cstdint>

#include "core/base/file_descriptor.h"

namespace dank::gui {

namespace {

constexpr int kSignals[] = {SIGTERM, SIGINT, SIGHUP};
int g_told = -1;  // a handler may do little more than write to a descriptor

void tell(int)
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = uninterrupted([&] { return ::write(g_told, &one, sizeof one); });
}

}  // namespace

EndSignals::EndSignals()
{
    g_told = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (g_told < 0)
        return;  // then signals do what they always do
    m_told = std::make_unique<QSocketNotifier>(g_told, QSocketNotifier::Read);
    QObject::connect(m_told.get(), &QSocketNotifier::activated, m_told.get(), [this] {
        m_told->setEnabled(false);
        QApplication::closeAllWindows();
        QApplication::exit(0);  // whatever a window says to it
    });
    struct sigaction action = {};
    action.sa_handler = tell;
    action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
    for (const int signal : kSignals) {
        struct sigaction before = {};
        // What is ignored stays ignored: nohup means it.
        if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
            ::sigaction(signal, &action, nullptr);
    }
}

EndSignals::~EndSignals()
{
    for (const int signal : kSignals) {
        struct sigaction current = {};
        if (::sigaction(signal, nullptr, &current) == 0 && current.sa_handler == tell)
            std::signal(signal, SIG_DFL);
    }
    m_told.reset();
    if (g_told >= 0)
        ::close(g_told);
    g_told = -1;
}

}  // namespace dank::gui
