#pragma once

#include <QObject>

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/dataset/feed_preview.h"
#include "ui/lanes/lane.h"
#include "ui/lanes/mailbox.h"
#include "ui/lanes/task.h"

namespace dank::ui {

/// Reads the first rows of a file of memes, and tries on them what its columns may mean, on a lane of its own. Of
/// attempts that come quicker than they end only the last counts. GUI thread only.
class FeedTrials : public QObject {
    Q_OBJECT
public:
    static constexpr std::size_t kShown = 10;     ///< rows that are shown
    static constexpr std::size_t kJudged = 1000;  ///< rows that are counted

    /// What the file has.
    struct File {
        std::string layout;
        std::size_t columnCount = 0;
        std::vector<std::string> columns;   ///< that can be chosen; not all of very many
        std::vector<std::string> examples;  ///< [columns] a text of it
        FeedMapping guessed;
        FeedMapping begun;          ///< under the mapping that was given, as far as its columns are there
        bool whole = false;         ///< it has no rows but those that are tried
        bool namesItsRows = false;  ///< FeedSample::namesItsRows()
    };

    /// Begins to read. `given` is what it is read by until now.
    FeedTrials(std::filesystem::path file, const FeedMapping &given, QObject *parent = nullptr);
    ~FeedTrials() override;

    void attempt(const FeedOptions &options);

    const File *file() const { return m_file.get(); }  ///< null until it is read
    /// The last that came; null while none did, or it could not be made.
    const std::shared_ptr<const FeedTrial> &trial() const { return m_trial; }
    bool isBusy() const { return m_busy; }  ///< a fuller one comes
    const QString &error() const { return m_error; }

signals:
    void opened();   ///< file() is there
    void changed();  ///< what is tried

private:
    void failed(const TaskResult &result);

    const std::filesystem::path m_path;
    std::shared_ptr<const File> m_file;
    std::shared_ptr<const FeedTrial> m_trial;
    bool m_busy = true;
    QString m_error;
    std::atomic<std::uint64_t> m_latest{0};
    CancelToken m_ending, m_cancel;
    std::shared_ptr<std::optional<FeedPreview>> m_preview;  ///< the lane's only
    Mailbox m_mailbox;
    Lane m_lane;
};

}  // namespace dank::ui
