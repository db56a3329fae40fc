#pragma once

#include <QObject>

#include <filesystem>
#include <memory>
#include <vector>

#include "core/store/housekeeping.h"
#include "ui/lanes/lane.h"
#include "ui/lanes/mailbox.h"
#include "ui/lanes/task.h"

namespace dank::ui {

/// Looks at what a library stores, and frees it, on a lane of its own. Lives on the GUI thread; going away stops what
/// is going on.
class LibraryKeeper : public QObject {
    Q_OBJECT
public:
    enum class Work { None, Looking, Freeing, Compacting };

    explicit LibraryKeeper(std::filesystem::path library, QObject *parent = nullptr);
    ~LibraryKeeper() override;

    /// As Housekeeping::items(); empty until the first look is over.
    const std::vector<StoredItem> &items() const { return m_items; }
    Work work() const { return m_work; }
    bool isStopping() const { return m_task && m_task->isCancelled(); }
    const Progress &progress() const { return m_progress; }
    /// How the last work ended: an error's sentence, or what was freed. Empty while it goes on.
    const QString &told() const { return m_told; }
    bool failed() const { return m_failed; }

    // Each is refused while another goes on.
    void look();
    void free(const std::vector<StoredItem> &items);
    void compact();
    /// What was freed until then stays free.
    void stop();

signals:
    void changed();
    void freed();  ///< some of what the library stored is gone

private:
    void start(Work work, std::function<QString(Housekeeping &, const JobContext &)> job);

    std::filesystem::path m_library;
    std::vector<StoredItem> m_items;
    Work m_work = Work::None;
    Progress m_progress;
    QString m_told;
    bool m_failed = false;
    Mailbox m_mailbox;
    Lane m_lane;
    std::unique_ptr<Task> m_task;
};

}  // namespace dank::ui
