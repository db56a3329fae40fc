#include "ui/lanes/workplace.h"

#include <algorithm>
#include <utility>

#include "core/base/file.h"

namespace dank::ui {

void ChangeEvent::merge(const ChangeEvent &later)
{
    if (const auto *status = later.as<JobStatus>()) {
        detail = *status;
    } else if (later.detail.index() != detail.index()) {
        detail = std::monostate();
    } else if (auto *memes = std::get_if<MemeIds>(&detail)) {
        const auto &more = later.as<MemeIds>()->ids;
        memes->ids.insert(memes->ids.end(), more.begin(), more.end());
    } else if (auto *range = std::get_if<ItemRange>(&detail)) {
        range->first = std::min(range->first, later.as<ItemRange>()->first);
        range->last = std::max(range->last, later.as<ItemRange>()->last);
    }
}

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
    // Names of files are in it, and in no message may they turn its words around.
    Message said{severity, QString::fromStdString(printableLines(text.toStdString())), actionText, {}};
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
    return m_library && attempt([&] { work(*m_library); });
}

bool Workplace::attempt(const std::function<void()> &work)
{
    const TaskResult result = runGuarded(work);
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
