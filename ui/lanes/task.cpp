#include "ui/lanes/task.h"

#include <memory>
#include <new>
#include <system_error>
#include <utility>

#include "core/base/file.h"

namespace dank::ui {

TaskResult runGuarded(const std::function<void()> &work)
{
    TaskResult result;
    const auto fail = [&result](ErrorKind kind, const std::string &text, std::filesystem::path path = {}) {
        result.outcome = TaskResult::Outcome::Failed;
        result.kind = kind;
        result.text = printableLines(text);
        result.path = std::move(path);
    };
    try {
        work();
    } catch (const Cancelled &) {
        result.outcome = TaskResult::Outcome::Cancelled;
    } catch (const Error &error) {
        fail(error.kind(), error.what(), error.path());
    } catch (const std::bad_alloc &) {
        fail(ErrorKind::Memory,
             "There was not enough memory for this. Close other programs, or try a smaller dataset or batch.");
    } catch (const std::system_error &error) {
        if (error.code() == std::errc::resource_unavailable_try_again || error.code() == std::errc::not_enough_memory)
            fail(ErrorKind::Memory, "The system has no thread or no memory left for this. Close other programs.");
        else
            fail(ErrorKind::Shape, std::string("Something went wrong that should not have: ") + error.what());
    } catch (const std::exception &error) {
        fail(ErrorKind::Shape, std::string("Something went wrong that should not have: ") + error.what());
    }
    return result;
}

void SideJob::end(const TaskResult &result)
{
    using Outcome = TaskResult::Outcome;
    state = result.outcome == Outcome::Finished ? State::Done
            : result.outcome == Outcome::Failed ? State::Failed
                                                : State::Idle;
    error = QString::fromStdString(result.text);
}

Task::Task(Lane &lane, Work work, Ended ended)
{
    auto over = std::make_shared<std::promise<void>>();
    m_over = over->get_future();
    lane.post([cancel = m_cancel, work = std::move(work), ended = std::move(ended), over] {
        const TaskResult result = runGuarded([&] {
            cancel.check();
            work(cancel);
        });
        ended(result);
        over->set_value();
    });
}

Task::~Task()
{
    cancel();
    join();
}

}  // namespace dank::ui
