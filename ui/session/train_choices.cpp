#include "ui/session/train_choices.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/learn/settings_list.h"

namespace dank::ui {

class TrainChoices::SettingsCommand : public QUndoCommand {
public:
    SettingsCommand(TrainChoices &owner, const TrainConfig &next)
        : m_owner(owner), m_before(owner.m_config), m_after(next)
    {
        setText(tr("change the settings"));
    }
    void redo() override { apply(m_after); }
    void undo() override { apply(m_before); }
    int id() const override { return 1; }
    /// What is typed into one field is one step.
    bool mergeWith(const QUndoCommand *next) override
    {
        const auto *other = static_cast<const SettingsCommand *>(next);
        const auto mine = differingSettings(std::array{m_before, m_after});
        if (mine.size() != 1 || mine != differingSettings(std::array{other->m_before, other->m_after}))
            return false;
        m_after = other->m_after;
        setObsolete(m_after == m_before);
        return true;
    }

private:
    void apply(const TrainConfig &config)
    {
        m_owner.m_config = config;
        m_owner.m_place.notify(Change::Settings);
    }

    TrainChoices &m_owner;
    TrainConfig m_before, m_after;
};

TrainChoices::TrainChoices(Workplace &place, JobRunner &jobs, const DatasetState &data, const FeatureJobs &features,
                           const RunHistory &runs)
    : m_place(place), m_jobs(jobs), m_data(data), m_features(features), m_runs(runs)
{
    m_place.react([this](const ChangeEvent &change) {
        if (change == Change::Dataset)
            lookAtGroups();
        if (change == Change::Dataset || change == Change::Settings)
            lookAtTarget();
    });
}

void TrainChoices::end()
{
    m_groupsCancel.cancel();
    if (m_targetTask)
        m_targetTask->cancel();
}

QString TrainChoices::hindrance() const
{
    if (!m_problem.isEmpty())
        return m_problem;
    const TaskResult sensible = runGuarded([this] { m_config.validate(); });
    return QString::fromStdString(sensible.text);
}

void TrainChoices::setConfig(const TrainConfig &config)
{
    if (config == m_config)
        return;
    const Workplace::Telling telling(m_place);
    if (m_jobs.isRunning(JobKind::Train)) {
        m_jobs.refuseWhileLocked(tr("Settings"));
        m_place.notify(Change::Settings);
    } else {
        m_place.undo().push(new SettingsCommand(*this, config));
    }
}

void TrainChoices::recall(const TrainConfig &config)
{
    if (m_config != m_untouched)
        return;
    m_config = m_untouched = config;
    m_place.notify(Change::Settings);
}

QString TrainChoices::featureWords(const BackboneRequest &request) const
{
    const QString title = m_features.titleOf(request.backbone);
    return request.weights == "none" ? tr("%1, untrained").arg(title) : title;
}

void TrainChoices::clone(std::int64_t run)
{
    const Workplace::Telling telling(m_place);
    const RunRecord *record = m_runs.findReadable(run);
    if (!record)
        return;
    const TrainConfig before = m_config, wanted = record->config;
    setConfig(wanted);
    if (m_config != wanted)
        return;  // refused, and told why
    // The features are chosen on their own page, and their weights may not be here: they stay, and that is said.
    const BackboneRequest made = requestOfRun(*record, {}), &asked = m_features.request();
    const std::string mine = m_features.requested() ? m_features.requested()->id : asked.backbone;
    const bool other =
        !mine.empty() && (made.backbone != mine || (made.weights == "none") != (asked.weights == "none"));
    const QString told =
        other
            ? tr("The next training has the settings of run %1. Its features were those of %2; yours stay those of %3.")
                  .arg(QString::number(run), featureWords(made),
                       featureWords({.backbone = mine, .weights = asked.weights, .convention = {}}))
            : tr("The next training has the settings of run %1.").arg(run);
    m_place.say(Message::Severity::Info, told, tr("Undo"), [this, before] { setConfig(before); });
}

/// One at a time, and once more at the end where the settings have changed meanwhile.
void TrainChoices::lookAtTarget()
{
    const auto dataset = m_data.dataset();
    if (!dataset)
        return;
    if (m_targetTask) {
        m_targetStale = true;
        return;
    }
    const auto made = std::make_shared<std::shared_ptr<const TargetPreview>>();
    m_targetTask = std::make_unique<Task>(
        m_lane,
        [dataset, used = m_config, made](const CancelToken &) {
            *made = std::make_shared<const TargetPreview>(previewTarget(*dataset, used));
        },
        [this, dataset, made](const TaskResult &result) {
            m_place.mailbox().post([this, dataset, made, result] {
                m_targetTask.reset();
                const bool again = std::exchange(m_targetStale, false);
                if (result.outcome == TaskResult::Outcome::Finished && dataset == m_data.dataset()) {
                    m_preview = *made;
                    m_place.notify(Change::Target);
                }
                if (again || dataset != m_data.dataset())
                    lookAtTarget();
            });
        });
}

/// Of a file without upvotes a label, as long as the user has chosen nothing; of any other upvotes again.
void TrainChoices::learnWhatThereIs(const Dataset &dataset)
{
    TrainConfig config = m_config;
    if (dataset.hasUpvotes() && m_labelFound && config.label == *m_labelFound) {
        m_labelFound.reset();
        config = TrainConfig::fromPreset(config.preset);
        config.group = m_config.group;
    } else if (!dataset.hasUpvotes() && config.label.empty() && !m_labels.empty()) {
        const std::string &mapped = dataset.source().mapping.column(FeedField::Label);
        const auto found =
            std::ranges::find(m_labels, mapped, [](const LabelChoice &choice) { return choice.label.column; });
        config.learnLabel((found == m_labels.end() ? m_labels.front() : *found).label, true);
        m_labelFound = config.label;
    }
    if (config != m_config)
        recall(config);
}

void TrainChoices::lookAtGroups()
{
    if (m_groupsOf == m_data.dataset())
        return;
    m_groupsOf = m_data.dataset();
    m_groupsCancel.cancel();
    m_groupsCancel = {};
    if (!m_groups.empty() || m_preview) {
        m_groups.clear();
        m_labels.clear();
        m_preview.reset();
        m_place.notify(Change::Target);
    }
    // No Task: ending one waits for it, and it may stand behind a side file that is slow to read.
    m_lane.post([this, about = m_groupsOf, cancel = m_groupsCancel] {
        std::vector<GroupChoice> made;
        std::vector<LabelChoice> labels;
        const TaskResult result = runGuarded([&] {
            labels = labelChoices(about->records());
            made = groupChoices(*about, cancel);
        });
        if (result.outcome != TaskResult::Outcome::Finished)
            return;
        m_place.mailbox().post([this, about, made = std::move(made), labels = std::move(labels)] {
            if (about != m_groupsOf)
                return;
            m_groups = made;
            m_labels = labels;
            learnWhatThereIs(*about);
            m_place.notify(Change::Target);
        });
    });
}

}  // namespace dank::ui
