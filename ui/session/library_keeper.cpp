#include "ui/session/library_keeper.h"

#include <utility>

#include "core/store/library.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

LibraryKeeper::LibraryKeeper(std::filesystem::path library, QObject *parent)
    : QObject(parent), m_library(std::move(library)), m_mailbox([](const Mailbox::Item &runAll) { runAll(); })
{
}

LibraryKeeper::~LibraryKeeper() = default;

void LibraryKeeper::look()
{
    start(Work::Looking, [](Housekeeping &, const JobContext &) { return QString(); });
}

void LibraryKeeper::free(const std::vector<StoredItem> &items)
{
    start(Work::Freeing, [items](Housekeeping &housekeeping, const JobContext &job) {
        for (const StoredItem &item : items)
            housekeeping.free(item, job);
        return tr("%1 freed. The file is used again; compacting gives the room back to the disk.")
            .arg(bytesText(bytesOf(items)));
    });
}

void LibraryKeeper::compact()
{
    start(Work::Compacting, [](Housekeeping &housekeeping, const JobContext &job) {
        housekeeping.vacuum(job);
        return tr("The unused room was given back to the disk.");
    });
}

void LibraryKeeper::stop()
{
    if (!m_task)
        return;
    m_task->cancel();
    emit changed();
}

void LibraryKeeper::start(Work work, std::function<QString(Housekeeping &, const JobContext &)> job)
{
    if (m_task)
        return;
    m_work = work;
    m_progress = {};
    m_failed = false;
    if (work != Work::Looking)
        m_told.clear();
    struct Found {
        std::vector<StoredItem> items;
        QString told;
    };
    const auto found = std::make_shared<Found>();
    m_task = std::make_unique<Task>(
        m_lane,
        [this, work, job = std::move(job), found](const CancelToken &cancel) {
            Library library = Library::open(m_library, cancel);
            const auto look = [&] {  // a stop of the work is none of this
                const CancelToken stop = work == Work::Looking ? cancel : CancelToken();
                found->items = Library::open(m_library, stop).housekeeping().items();
            };
            try {
                found->told = job(library.housekeeping(), {cancel, [this](const Progress &progress) {
                                                               m_mailbox.post([this, progress] {
                                                                   m_progress = progress;
                                                                   emit changed();
                                                               });
                                                           }});
            } catch (...) {
                look();  // some of it may be done
                throw;
            }
            look();
        },
        [this, work, found](const TaskResult &result) {
            m_mailbox.post([this, work, found, result] {
                m_task.reset();
                m_work = Work::None;
                m_items = std::move(found->items);
                m_failed = result.outcome == TaskResult::Outcome::Failed;
                if (m_failed)
                    m_told = QString::fromStdString(result.text);
                else if (work != Work::Looking)
                    m_told = result.outcome == TaskResult::Outcome::Finished ? found->told : tr("Stopped.");
                if (work == Work::Freeing)
                    emit freed();
                emit changed();
            });
        });
    emit changed();
}

}  // namespace dank::ui
