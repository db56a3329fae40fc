#pragma once

#include <QCoreApplication>
#include <QUndoStack>

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "core/store/library.h"
#include "ui/lanes/change.h"
#include "ui/lanes/lane.h"
#include "ui/lanes/mailbox.h"
#include "ui/lanes/task.h"

namespace dank::ui {

/// A line in the message bar. `action` is a fix that its button does; empty for none.
struct Message {
    enum class Severity { Info, Warning, Error } severity = Severity::Info;
    QString text;
    QString actionText;
    std::function<void()> action;
};

/// What the parts of a Session share: the library, the message bar, the undo stack, the way back from the lanes, the
/// interactive lane (rating, thumbnails, small files: what has to stay quick while something long runs), and the
/// telling of changes. GUI thread only, except mailbox().
class Workplace {
    Q_DECLARE_TR_FUNCTIONS(Workplace)
public:
    using Listener = std::function<void(const ChangeEvent &)>;

    /// An empty `library` is the default one. `settle` is called when all reactions are through, before `tell` gets the
    /// changes, in order.
    Workplace(const std::filesystem::path &library, std::function<void()> settle, Listener tell);

    /// Collects changes and sends them, each kind once and in order, when the outermost one ends.
    class Telling {
    public:
        explicit Telling(Workplace &place) : m_place(place) { ++m_place.m_depth; }
        ~Telling()
        {
            if (--m_place.m_depth == 0)
                m_place.flush();
        }
        Telling(const Telling &) = delete;
        Telling &operator=(const Telling &) = delete;

    private:
        Workplace &m_place;
    };
    void notify(const ChangeEvent &change);
    /// A part's own listener: called before anybody is told, so that what follows from a change is told with it.
    void react(Listener listener) { m_reactions.push_back(std::move(listener)); }

    void say(Message::Severity severity, const QString &text, const QString &actionText = {},
             std::function<void()> action = {});
    void say(const Message &message) { say(message.severity, message.text, message.actionText, message.action); }
    void dismissMessage();
    const std::optional<Message> &message() const { return m_message; }

    std::filesystem::path folder() const { return m_folder; }  ///< the library's
    bool hasDefaultFolder() const { return m_isDefault; }
    /// Opens the library; where that fails, it says so and goes on without.
    void openLibrary();
    /// A failure becomes a message, and false.
    bool attempt(const std::function<void()> &work);
    /// The same on the library; false too where there is none.
    bool withLibrary(const std::function<void(Library &)> &work);

    QUndoStack &undo() { return m_undo; }
    Mailbox &mailbox() { return m_mailbox; }
    Lane &interactive() { return m_interactive; }
    /// A small job on the interactive lane; `ended` runs on the GUI thread.
    void quietly(std::function<void(const CancelToken &)> work, std::function<void(const TaskResult &)> ended);
    /// Asks what runs on the interactive lane to end, and waits for it. Nothing may be posted afterwards.
    void endInteractive();

private:
    void flush();

    const bool m_isDefault;
    const std::filesystem::path m_folder;
    std::optional<Library> m_library;
    std::optional<Message> m_message;
    QUndoStack m_undo;
    std::function<void()> m_settle;
    Listener m_tell;
    std::vector<Listener> m_reactions;
    std::vector<ChangeEvent> m_pending;
    int m_depth = 0;
    Mailbox m_mailbox;  ///< outlives the lane
    CancelToken m_ending;
    Lane m_interactive;
};

}  // namespace dank::ui
