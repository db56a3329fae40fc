#include "app/cli/interrupt.h"

#include <unistd.h>

#include <system_error>
#include <utility>

#include "app/cli/context.h"

namespace dank::cli {

Interrupt::Interrupt() : m_handler([this] { m_cancel.cancel(); })
{
    sigemptyset(&m_signals);
    sigaddset(&m_signals, SIGINT);
    sigaddset(&m_signals, SIGTERM);
    sigset_t before;
    pthread_sigmask(SIG_BLOCK, &m_signals, &before);
    try {
        m_thread = std::thread([this] { wait(); });
    } catch (const std::system_error &) {
        // Without a thread that waits for them the two end the process at once, which loses no more than a kill does.
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
}

Interrupt::~Interrupt()
{
    if (!m_thread.joinable())
        return;
    m_done = true;
    pthread_kill(m_thread.native_handle(), SIGTERM);  // wakes sigwait()
    m_thread.join();
}

void Interrupt::onStop(std::function<void()> handler)
{
    std::lock_guard lock(m_mutex);
    m_handler = std::move(handler);
    if (m_stopped)
        m_handler();
}

void Interrupt::wait()
{
    for (;;) {
        int signal = 0;
        if (sigwait(&m_signals, &signal) != 0)
            continue;
        if (m_done)
            return;
        if (m_stopped)
            _exit(kStopped);
        std::lock_guard lock(m_mutex);
        m_stopped = true;
        m_handler();
    }
}

}  // namespace dank::cli
