#pragma once

#include <QObject>

#include <memory>

#include "core/dataset/dataset.h"
#include "core/engine/pictures.h"
#include "core/templates/template_report.h"
#include "ui/lanes/engine_door.h"

namespace dank::ui {

/// Which memes of a dataset share a picture.
struct FoundTemplates {
    std::shared_ptr<const PictureSignatures> signatures;  ///< files are the dataset's records
    std::shared_ptr<const TemplateClusters> clusters;
    std::vector<TemplateGroup> groups;
};

/// Finds the templates of a dataset on a lane of its own, and gives them names, which the library keeps. GUI thread
/// only.
class TemplateFinder : public QObject {
    Q_OBJECT
public:
    /// Begins to look.
    TemplateFinder(Workplace &place, EngineDoor &engine, std::shared_ptr<const Dataset> dataset,
                   QObject *parent = nullptr);
    /// Stops.
    ~TemplateFinder() override;

    /// Null until they are found.
    const std::shared_ptr<const FoundTemplates> &found() const { return m_found; }
    bool isBusy() const { return m_task != nullptr; }
    const QString &stage() const { return m_stage; }  ///< what is done now, a few words
    std::size_t done() const { return m_done; }
    std::size_t total() const { return m_total; }     ///< 0: unknown
    const QString &error() const { return m_error; }  ///< why there is none

    /// Has the library know that group's template by a name, and tells the groups anew. What is wrong with the name is
    /// error().
    void name(std::size_t group, const QString &name);

signals:
    void changed();

private:
    /// `rename`: what is done to the known templates before.
    void run(std::function<void(KnownTemplates &)> rename);

    Workplace &m_place;
    EngineDoor &m_engine;
    const std::shared_ptr<const Dataset> m_dataset;
    std::shared_ptr<const FoundTemplates> m_found;
    QString m_stage, m_error;
    std::size_t m_done = 0, m_total = 0;
    Mailbox m_mailbox;
    Lane m_lane;  ///< outlives its task
    std::unique_ptr<Task> m_task;
};

}  // namespace dank::ui
