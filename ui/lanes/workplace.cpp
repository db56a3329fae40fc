#include "ui/lanes/workplace.h"

#include <algorithm>
#include <utility>

namespace dank::ui {

Workplace::Workplace(const std::filesystem::path &library, std::function<void()> settle, Listener tell)
    : m_isDefault(library.empty()), m_folder(m_isDefault ? Library::defaultFolder() : library),
      m_settle(std::move(settle)), m_tell(std::move(tell)), m_mailbox([this](const Mailbox::Item &runAll) {
          const Telling telling(*this);
          runAll();
      })
{
}

void Workplace::notify(const ChangeEvent &change)
{
    const auto known = std::ranges::find(m_pending, change.kind, &ChangeEvent::kind);
    if (known == m_pending.end())
        m_pending.push_back(change);
    else
        known->merge(change);
    if (m_depth == 0)
        flush();
}

void Workplace::flush()
{
    if (m_pending.empty())
        return;
    ++m_depth;  // what the reactions have to tell goes out with the rest, and is reacted to
    for (std::size_t i = 0; i < m_pending.size(); ++i)
        for (const Listener &listener : m_reactions)
            listener(ChangeEvent(m_pending[i]));
    m_settle();
    --m_depth;
    for (const ChangeEvent &change : std::exchange(m_pending, {}))
        m_tell(change);
}

void Workplace::say(Message::Severity severity, const QString &text, const QString &actionText,
                    std::function<void()> action)
{
    Message said{severity, text, actionText, {}};
    if (action)
        said.action = [this, action = std::move(action)] {
            // Dismissing destroys this very function: go on with copies.
            const auto fix = action;
            dismissMessage();
            fix();
        };
    m_message = std::move(said);
    notify(Change::Message);
}

void Workplace::dismissMessage()
{
    if (!m_message)
        return;
    m_message.reset();
    notify(Change::Message);
}

void Workplace::openLibrary()
{
    const TaskResult opened = runGuarded([this] { m_library.emplace(Library::open(m_folder)); });
    if (opened.outcome == TaskResult::Outcome::Failed)
        say(Message::Severity::Error,
            tr("%1 Datasets can be browsed, but nothing will be kept.").arg(QString::fromStdString(opened.text)));
}

bool Workplace::withLibrary(const std::function<void(Library &)> &work)
{
    if (!m_library)
        return false;
    const TaskResult result = runGuarded([&] { work(*m_library); });
    if (result.outcome == TaskResult::Outcome::Failed)
        say(Message::Severity::Error, QString::fromStdString(result.text));
    return result.outcome == TaskResult::Outcome::Finished;
}

void Workplace::quietly(std::function<void(const CancelToken &)> work, std::function<void(const TaskResult &)> ended)
{
    m_interactive.post([this, work = std::move(work), ended = std::move(ended), cancel = m_ending] {
        const TaskResult result = runGuarded([&] {
            cancel.check();
            work(cancel);
        });
        m_mailbox.post([ended, result] { ended(result); });
    });
}

void Workplace::endInteractive()
{
    m_ending.cancel();
    m_interactive.end();
}

}  // namespace dank::ui
